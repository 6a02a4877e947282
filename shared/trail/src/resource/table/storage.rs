//! Buckets, objects, file systems and backups.

use super::{Service, service};
use crate::resource::rule::{Rule, Take, field, request, response};

/// What S3 and its directory buckets share.
const BUCKETS: &[Rule] = &[
    request("bucketName", "AWS::S3::Bucket").take(Take::Bucket),
    request("key", "AWS::S3::Object").take(Take::ObjectKey),
    request("x-amz-copy-source", "AWS::S3::Object"),
    field("bucket", "AWS::S3::Bucket"),
    request("name", "AWS::S3::AccessPoint").on("CreateAccessPoint* DeleteAccessPoint*"),
    request("jobId", "AWS::S3::BatchJob"),
    response("jobId", "AWS::S3::BatchJob"),
    field("accessGrantId", "AWS::S3::AccessGrant"),
    field("storageLensConfiguration.id", "AWS::S3::StorageLens"),
    field("targetBucket", "AWS::S3::Bucket"),
    field("credentials.accessKeyId", "AWS::IAM::AccessKey").take(Take::IssuedKey),
];

pub(super) const SERVICES: &[Service] = &[
    service("s3", BUCKETS),
    service("s3express", BUCKETS),
    service("s3-outposts", BUCKETS),
    service(
        "glacier",
        &[
            field("vaultName", "AWS::Glacier::Vault"),
            field("archiveId", "AWS::Glacier::Archive"),
        ],
    ),
    service(
        "elasticfilesystem",
        &[
            field("fileSystemId", "AWS::EFS::FileSystem"),
            field("accessPointId", "AWS::EFS::AccessPoint"),
            field("mountTargetId", "AWS::EFS::MountTarget"),
            field("sourceFileSystemId", "AWS::EFS::FileSystem"),
            request("resourceId", ""),
        ],
    ),
    service(
        "fsx",
        &[
            field("fileSystemId", "AWS::FSx::FileSystem"),
            field("volumeId", "AWS::FSx::Volume"),
            field("backupId", "AWS::FSx::Backup"),
            field("storageVirtualMachineId", "AWS::FSx::StorageVirtualMachine"),
        ],
    ),
    service(
        "backup",
        &[
            field("backupVaultName", "AWS::Backup::BackupVault"),
            field("sourceBackupVaultName", "AWS::Backup::BackupVault"),
            field("backupPlanId", "AWS::Backup::BackupPlan"),
            field("backupPlanName", "AWS::Backup::BackupPlan"),
            field("recoveryPointArn", "AWS::Backup::RecoveryPoint"),
            field("selectionId", "AWS::Backup::BackupSelection"),
            field("backupJobId", "AWS::Backup::BackupJob"),
            field("restoreJobId", "AWS::Backup::RestoreJob"),
            field("copyJobId", "AWS::Backup::CopyJob"),
            field("frameworkName", "AWS::Backup::Framework"),
            field("reportPlanName", "AWS::Backup::ReportPlan"),
            field("restoreTestingPlanName", "AWS::Backup::RestoreTestingPlan"),
            field("legalHoldId", "AWS::Backup::LegalHold"),
        ],
    ),
    service("dlm", &[field("policyId", "AWS::DLM::LifecyclePolicy")]),
    service(
        "storagegateway",
        &[
            field("gatewayARN", "AWS::StorageGateway::Gateway"),
            field("gatewayName", "AWS::StorageGateway::Gateway"),
            field("fileShareARN", "AWS::StorageGateway::FileShare"),
            field("volumeARN", "AWS::StorageGateway::Volume"),
        ],
    ),
    service(
        "datasync",
        &[
            field("agentArn", "AWS::DataSync::Agent"),
            field("taskArn", "AWS::DataSync::Task"),
            field("locationArn", "AWS::DataSync::Location"),
            field("taskExecutionArn", "AWS::DataSync::TaskExecution"),
        ],
    ),
    service(
        "transfer",
        &[
            field("serverId", "AWS::Transfer::Server"),
            field("userName", "AWS::Transfer::User"),
            field("workflowId", "AWS::Transfer::Workflow"),
            field("connectorId", "AWS::Transfer::Connector"),
            field("profileId", "AWS::Transfer::Profile"),
            field("certificateId", "AWS::Transfer::Certificate"),
            field("webAppId", "AWS::Transfer::WebApp"),
        ],
    ),
];
