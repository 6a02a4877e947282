//! Data lakes, clusters, search and models.

use super::{Service, service};
use crate::resource::rule::{Rule, Take, field, request};

/// What the old and the new name of the search service share.
const DOMAINS: &[Rule] = &[
    field("domainName", "AWS::OpenSearchService::Domain"),
    field("domainNames", "AWS::OpenSearchService::Domain"),
    field("domainStatus.aRN", "AWS::OpenSearchService::Domain"),
    field("packageID", "AWS::OpenSearchService::Package"),
];

pub(super) const SERVICES: &[Service] = &[
    service("es", DOMAINS),
    service("opensearch", DOMAINS),
    service(
        "aoss",
        &[
            field(
                "createCollectionDetail.id",
                "AWS::OpenSearchServerless::Collection",
            ),
            field(
                "deleteCollectionDetail.name",
                "AWS::OpenSearchServerless::Collection",
            ),
            request("id", "AWS::OpenSearchServerless::Collection")
                .on("DeleteCollection UpdateCollection"),
            request("name", "AWS::OpenSearchServerless::Collection").on("CreateCollection"),
            request("name", "AWS::OpenSearchServerless::SecurityPolicy")
                .on("CreateSecurityPolicy UpdateSecurityPolicy DeleteSecurityPolicy"),
            request("name", "AWS::OpenSearchServerless::AccessPolicy")
                .on("CreateAccessPolicy UpdateAccessPolicy DeleteAccessPolicy"),
        ],
    ),
    service(
        "glue",
        &[
            field("databaseName", "AWS::Glue::Database"),
            field("databaseInput.name", "AWS::Glue::Database"),
            request("name", "AWS::Glue::Database").on("DeleteDatabase UpdateDatabase GetDatabase"),
            field("tableName", "AWS::Glue::Table"),
            field("tableInput.name", "AWS::Glue::Table"),
            request("name", "AWS::Glue::Table").on("DeleteTable GetTable UpdateTable"),
            field("tablesToDelete", "AWS::Glue::Table"),
            field("jobName", "AWS::Glue::Job"),
            request("name", "AWS::Glue::Job").on("CreateJob"),
            field("crawlerName", "AWS::Glue::Crawler"),
            request("name", "AWS::Glue::Crawler").on(
                "CreateCrawler UpdateCrawler DeleteCrawler StartCrawler StopCrawler GetCrawler",
            ),
            field("connectionName", "AWS::Glue::Connection"),
            field("connectionInput.name", "AWS::Glue::Connection"),
            field("connectionNameList", "AWS::Glue::Connection"),
            field("transformId", "AWS::Glue::MLTransform"),
            field("endpointName", "AWS::Glue::DevEndpoint"),
            request("name", "AWS::Glue::Trigger")
                .on("CreateTrigger UpdateTrigger DeleteTrigger StartTrigger StopTrigger"),
            request("name", "AWS::Glue::Workflow")
                .on("CreateWorkflow UpdateWorkflow DeleteWorkflow StartWorkflowRun"),
        ],
    ),
    service(
        "athena",
        &[
            field("workGroup", "AWS::Athena::WorkGroup"),
            request("name", "AWS::Athena::WorkGroup").on("CreateWorkGroup"),
            field("queryExecutionId", "AWS::Athena::QueryExecution"),
            field("namedQueryId", "AWS::Athena::NamedQuery"),
            field("notebookId", "AWS::Athena::Notebook"),
            request("name", "AWS::Athena::NamedQuery").on("CreateNamedQuery"),
            request("name", "AWS::Athena::DataCatalog")
                .on("CreateDataCatalog UpdateDataCatalog DeleteDataCatalog"),
            field("queryExecutionContext.database", "AWS::Glue::Database"),
        ],
    ),
    service(
        "lakeformation",
        &[
            field("dataLakePrincipalIdentifier", ""),
            field("databaseName", "AWS::Glue::Database"),
            field("database.name", "AWS::Glue::Database"),
            field("table.name", "AWS::Glue::Table"),
            field("tagKey", "AWS::LakeFormation::Tag"),
            field("accessKeyId", "AWS::IAM::AccessKey")
                .take(Take::IssuedKey)
                .on("GetTemporary* GetDataAccess"),
        ],
    ),
    service(
        "elasticmapreduce",
        &[
            field("jobFlowId", "AWS::EMR::Cluster"),
            field("jobFlowIds", "AWS::EMR::Cluster"),
            field("clusterId", "AWS::EMR::Cluster"),
            request("name", "AWS::EMR::Cluster").on("RunJobFlow"),
            field("stepIds", "AWS::EMR::Step"),
            request("resourceId", "AWS::EMR::Cluster"),
            request("name", "AWS::EMR::SecurityConfiguration")
                .on("CreateSecurityConfiguration DeleteSecurityConfiguration"),
            field("studioId", "AWS::EMR::Studio"),
        ],
    ),
    service(
        "emr-serverless",
        &[field("applicationId", "AWS::EMRServerless::Application")],
    ),
    service(
        "emr-containers",
        &[field(
            "virtualClusterId",
            "AWS::EMRContainers::VirtualCluster",
        )],
    ),
    service(
        "quicksight",
        &[
            field("dataSetId", "AWS::QuickSight::DataSet"),
            field("dataSourceId", "AWS::QuickSight::DataSource"),
            field("dashboardId", "AWS::QuickSight::Dashboard"),
            field("analysisId", "AWS::QuickSight::Analysis"),
            field("groupName", "AWS::QuickSight::Group"),
            field("userName", "AWS::QuickSight::User"),
        ],
    ),
    service(
        "datapipeline",
        &[field("pipelineId", "AWS::DataPipeline::Pipeline")],
    ),
    service(
        "airflow",
        &[
            request("name", "AWS::MWAA::Environment"),
            request("environmentName", "AWS::MWAA::Environment"),
        ],
    ),
    service(
        "sagemaker",
        &[
            field("notebookInstanceName", "AWS::SageMaker::NotebookInstance"),
            field(
                "notebookInstanceLifecycleConfigName",
                "AWS::SageMaker::NotebookInstanceLifecycleConfig",
            ),
            field("endpointName", "AWS::SageMaker::Endpoint"),
            field("endpointConfigName", "AWS::SageMaker::EndpointConfig"),
            field("modelName", "AWS::SageMaker::Model"),
            field("modelPackageName", "AWS::SageMaker::ModelPackage"),
            field("modelPackageGroupName", "AWS::SageMaker::ModelPackageGroup"),
            field("trainingJobName", "AWS::SageMaker::TrainingJob"),
            field("processingJobName", "AWS::SageMaker::ProcessingJob"),
            field("transformJobName", "AWS::SageMaker::TransformJob"),
            field("pipelineName", "AWS::SageMaker::Pipeline"),
            field("domainId", "AWS::SageMaker::Domain"),
            field("domainName", "AWS::SageMaker::Domain"),
            field("userProfileName", "AWS::SageMaker::UserProfile"),
            field("appName", "AWS::SageMaker::App"),
            field("spaceName", "AWS::SageMaker::Space"),
            field("featureGroupName", "AWS::SageMaker::FeatureGroup"),
            field("imageName", "AWS::SageMaker::Image"),
            field("workteamName", "AWS::SageMaker::Workteam"),
            field("labelingJobName", "AWS::SageMaker::LabelingJob"),
        ],
    ),
    service(
        "bedrock",
        &[
            field("modelId", "AWS::Bedrock::Model"),
            field("modelIdentifier", "AWS::Bedrock::Model"),
            field("agentId", "AWS::Bedrock::Agent"),
            field("agentName", "AWS::Bedrock::Agent"),
            field("agentAliasId", "AWS::Bedrock::AgentAlias"),
            field("knowledgeBaseId", "AWS::Bedrock::KnowledgeBase"),
            field("dataSourceId", "AWS::Bedrock::DataSource"),
            field("guardrailIdentifier", "AWS::Bedrock::Guardrail"),
            field("guardrailId", "AWS::Bedrock::Guardrail"),
            request("name", "AWS::Bedrock::Guardrail").on("CreateGuardrail UpdateGuardrail"),
            field(
                "provisionedModelName",
                "AWS::Bedrock::ProvisionedModelThroughput",
            ),
            field(
                "provisionedModelId",
                "AWS::Bedrock::ProvisionedModelThroughput",
            ),
            field(
                "inferenceProfileIdentifier",
                "AWS::Bedrock::InferenceProfile",
            ),
            field("inferenceProfileName", "AWS::Bedrock::InferenceProfile"),
            field("jobName", "AWS::Bedrock::ModelCustomizationJob"),
            field("jobIdentifier", "AWS::Bedrock::ModelCustomizationJob"),
            field("customModelName", "AWS::Bedrock::CustomModel"),
            field("flowIdentifier", "AWS::Bedrock::Flow"),
            field("promptIdentifier", "AWS::Bedrock::Prompt"),
            field("s3Config.bucketName", "AWS::S3::Bucket"),
        ],
    ),
];
