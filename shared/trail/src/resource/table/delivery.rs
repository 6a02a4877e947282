//! Source code, builds and deployments.

use super::{Service, service};
use crate::resource::rule::{field, request};

pub(super) const SERVICES: &[Service] = &[
    service(
        "codebuild",
        &[
            field("projectName", "AWS::CodeBuild::Project"),
            field("project.name", "AWS::CodeBuild::Project"),
            request("name", "AWS::CodeBuild::Project")
                .on("CreateProject UpdateProject DeleteProject"),
            request("names", "AWS::CodeBuild::Project").on("BatchGetProjects"),
            request("id", "AWS::CodeBuild::Build").on("StopBuild RetryBuild"),
            request("ids", "AWS::CodeBuild::Build").on("BatchGetBuilds BatchDeleteBuilds"),
            field("build.id", "AWS::CodeBuild::Build"),
            request("name", "AWS::CodeBuild::ReportGroup").on("CreateReportGroup"),
        ],
    ),
    service(
        "codecommit",
        &[
            field("repositoryName", "AWS::CodeCommit::Repository"),
            field("repositoryNames", "AWS::CodeCommit::Repository"),
            field("repositoryId", "AWS::CodeCommit::Repository"),
            field(
                "approvalRuleTemplateName",
                "AWS::CodeCommit::ApprovalRuleTemplate",
            ),
        ],
    ),
    service(
        "codepipeline",
        &[
            field("pipelineName", "AWS::CodePipeline::Pipeline"),
            field("pipeline.name", "AWS::CodePipeline::Pipeline"),
            request("name", "AWS::CodePipeline::Pipeline")
                .on("DeletePipeline GetPipeline* StartPipelineExecution StopPipelineExecution"),
            field("webhook.name", "AWS::CodePipeline::Webhook"),
            field("webhookName", "AWS::CodePipeline::Webhook"),
        ],
    ),
    service(
        "codedeploy",
        &[
            field("applicationName", "AWS::CodeDeploy::Application"),
            field("newApplicationName", "AWS::CodeDeploy::Application"),
            field("deploymentGroupName", "AWS::CodeDeploy::DeploymentGroup"),
            field(
                "currentDeploymentGroupName",
                "AWS::CodeDeploy::DeploymentGroup",
            ),
            field("newDeploymentGroupName", "AWS::CodeDeploy::DeploymentGroup"),
            field("deploymentConfigName", "AWS::CodeDeploy::DeploymentConfig"),
            field("deploymentId", "AWS::CodeDeploy::Deployment"),
            field("instanceName", "AWS::CodeDeploy::Instance"),
        ],
    ),
    service(
        "codeartifact",
        &[
            field("domain", "AWS::CodeArtifact::Domain"),
            field("repository", "AWS::CodeArtifact::Repository"),
            field("package", "AWS::CodeArtifact::Package"),
        ],
    ),
    service(
        "codestar-connections",
        &[request(
            "connectionName",
            "AWS::CodeStarConnections::Connection",
        )],
    ),
    service(
        "codeconnections",
        &[request(
            "connectionName",
            "AWS::CodeConnections::Connection",
        )],
    ),
    service(
        "cloud9",
        &[
            field("environmentId", "AWS::Cloud9::EnvironmentEC2"),
            request("name", "AWS::Cloud9::EnvironmentEC2").on("CreateEnvironmentEC2"),
        ],
    ),
    service(
        "amplify",
        &[
            field("appId", "AWS::Amplify::App"),
            field("branchName", "AWS::Amplify::Branch"),
        ],
    ),
];
