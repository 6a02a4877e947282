//! Databases and caches.

use super::{Service, service};
use crate::resource::rule::{field, request};

pub(super) const SERVICES: &[Service] = &[
    service(
        "rds",
        &[
            field("dBInstanceIdentifier", "AWS::RDS::DBInstance"),
            field("newDBInstanceIdentifier", "AWS::RDS::DBInstance"),
            field("sourceDBInstanceIdentifier", "AWS::RDS::DBInstance"),
            field("targetDBInstanceIdentifier", "AWS::RDS::DBInstance"),
            field(
                "readReplicaSourceDBInstanceIdentifier",
                "AWS::RDS::DBInstance",
            ),
            field("dbiResourceId", "AWS::RDS::DBInstance"),
            field("dBClusterIdentifier", "AWS::RDS::DBCluster"),
            field("newDBClusterIdentifier", "AWS::RDS::DBCluster"),
            field("sourceDBClusterIdentifier", "AWS::RDS::DBCluster"),
            field("dbClusterResourceId", "AWS::RDS::DBCluster"),
            field("dBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
            field("sourceDBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
            field("targetDBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
            field("finalDBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
            field("dBClusterSnapshotIdentifier", "AWS::RDS::DBClusterSnapshot"),
            field(
                "sourceDBClusterSnapshotIdentifier",
                "AWS::RDS::DBClusterSnapshot",
            ),
            field(
                "targetDBClusterSnapshotIdentifier",
                "AWS::RDS::DBClusterSnapshot",
            ),
            field("snapshotIdentifier", "AWS::RDS::DBClusterSnapshot"),
            field("dBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
            field("dBParameterGroupName", "AWS::RDS::DBParameterGroup"),
            field(
                "sourceDBParameterGroupIdentifier",
                "AWS::RDS::DBParameterGroup",
            ),
            field(
                "targetDBParameterGroupIdentifier",
                "AWS::RDS::DBParameterGroup",
            ),
            field(
                "dBClusterParameterGroupName",
                "AWS::RDS::DBClusterParameterGroup",
            ),
            field("dBSecurityGroupName", "AWS::RDS::DBSecurityGroup"),
            field("optionGroupName", "AWS::RDS::DBOptionGroup"),
            field("subscriptionName", "AWS::RDS::EventSubscription"),
            field("globalClusterIdentifier", "AWS::RDS::GlobalCluster"),
            field("dBProxyName", "AWS::RDS::DBProxy"),
            field("dBClusterEndpointIdentifier", "AWS::RDS::DBClusterEndpoint"),
            field("reservedDBInstanceId", "AWS::RDS::ReservedDBInstance"),
            field("exportTaskIdentifier", "AWS::RDS::ExportTask"),
            field(
                "blueGreenDeploymentIdentifier",
                "AWS::RDS::BlueGreenDeployment",
            ),
            field("blueGreenDeploymentName", "AWS::RDS::BlueGreenDeployment"),
            field("dBShardGroupIdentifier", "AWS::RDS::DBShardGroup"),
            field("integrationName", "AWS::RDS::Integration"),
            field("tenantDBName", "AWS::RDS::TenantDatabase"),
        ],
    ),
    service("rds-data", &[field("database", "AWS::RDS::Database")]),
    service(
        "dynamodb",
        &[
            field("tableName", "AWS::DynamoDB::Table"),
            field("tableId", "AWS::DynamoDB::Table"),
            field("sourceTableName", "AWS::DynamoDB::Table"),
            field("targetTableName", "AWS::DynamoDB::Table"),
            field("globalTableName", "AWS::DynamoDB::GlobalTable"),
            field("backupName", "AWS::DynamoDB::Backup"),
            field("backupArn", "AWS::DynamoDB::Backup"),
            field("indexName", "AWS::DynamoDB::Index"),
            field("streamArn", "AWS::DynamoDB::Stream"),
            field("latestStreamArn", "AWS::DynamoDB::Stream"),
            field("exportArn", "AWS::DynamoDB::Export"),
            field("importArn", "AWS::DynamoDB::Import"),
        ],
    ),
    service("dax", &[field("clusterName", "AWS::DAX::Cluster")]),
    service(
        "elasticache",
        &[
            field("cacheClusterId", "AWS::ElastiCache::CacheCluster"),
            field("cacheClusterIds", "AWS::ElastiCache::CacheCluster"),
            field("replicationGroupId", "AWS::ElastiCache::ReplicationGroup"),
            field("cacheSubnetGroupName", "AWS::ElastiCache::SubnetGroup"),
            field(
                "cacheParameterGroupName",
                "AWS::ElastiCache::ParameterGroup",
            ),
            field("cacheSecurityGroupName", "AWS::ElastiCache::SecurityGroup"),
            field("snapshotName", "AWS::ElastiCache::Snapshot"),
            field("sourceSnapshotName", "AWS::ElastiCache::Snapshot"),
            field("targetSnapshotName", "AWS::ElastiCache::Snapshot"),
            field("serverlessCacheName", "AWS::ElastiCache::ServerlessCache"),
            field(
                "serverlessCacheSnapshotName",
                "AWS::ElastiCache::ServerlessCacheSnapshot",
            ),
            field(
                "globalReplicationGroupId",
                "AWS::ElastiCache::GlobalReplicationGroup",
            ),
            field("userGroupId", "AWS::ElastiCache::UserGroup"),
            field("userId", "AWS::ElastiCache::User"),
        ],
    ),
    service(
        "memorydb",
        &[
            field("clusterName", "AWS::MemoryDB::Cluster"),
            field("snapshotName", "AWS::MemoryDB::Snapshot"),
            field("aCLName", "AWS::MemoryDB::ACL"),
            field("parameterGroupName", "AWS::MemoryDB::ParameterGroup"),
            field("subnetGroupName", "AWS::MemoryDB::SubnetGroup"),
            request("userName", "AWS::MemoryDB::User"),
        ],
    ),
    service(
        "redshift",
        &[
            field("clusterIdentifier", "AWS::Redshift::Cluster"),
            field("newClusterIdentifier", "AWS::Redshift::Cluster"),
            field("snapshotIdentifier", "AWS::Redshift::ClusterSnapshot"),
            field(
                "finalClusterSnapshotIdentifier",
                "AWS::Redshift::ClusterSnapshot",
            ),
            field("sourceSnapshotIdentifier", "AWS::Redshift::ClusterSnapshot"),
            field("targetSnapshotIdentifier", "AWS::Redshift::ClusterSnapshot"),
            field(
                "clusterParameterGroupName",
                "AWS::Redshift::ClusterParameterGroup",
            ),
            field("parameterGroupName", "AWS::Redshift::ClusterParameterGroup"),
            field(
                "clusterSecurityGroupName",
                "AWS::Redshift::ClusterSecurityGroup",
            ),
            field(
                "clusterSubnetGroupName",
                "AWS::Redshift::ClusterSubnetGroup",
            ),
            field("subscriptionName", "AWS::Redshift::EventSubscription"),
            field(
                "hsmClientCertificateIdentifier",
                "AWS::Redshift::HsmClientCertificate",
            ),
            field(
                "hsmConfigurationIdentifier",
                "AWS::Redshift::HsmConfiguration",
            ),
            field(
                "snapshotScheduleIdentifier",
                "AWS::Redshift::SnapshotSchedule",
            ),
            request("scheduleIdentifier", "AWS::Redshift::SnapshotSchedule"),
            field("scheduledActionName", "AWS::Redshift::ScheduledAction"),
            request("dbUser", "AWS::Redshift::DBUser"),
        ],
    ),
    service(
        "redshift-serverless",
        &[
            field("namespaceName", "AWS::RedshiftServerless::Namespace"),
            field("workgroupName", "AWS::RedshiftServerless::Workgroup"),
            field("snapshotName", "AWS::RedshiftServerless::Snapshot"),
        ],
    ),
    service(
        "redshift-data",
        &[
            field("clusterIdentifier", "AWS::Redshift::Cluster"),
            field("workgroupName", "AWS::RedshiftServerless::Workgroup"),
        ],
    ),
    service(
        "timestream",
        &[
            field("databaseName", "AWS::Timestream::Database"),
            field("tableName", "AWS::Timestream::Table"),
        ],
    ),
    service(
        "cassandra",
        &[
            field("keyspaceName", "AWS::Cassandra::Keyspace"),
            field("tableName", "AWS::Cassandra::Table"),
        ],
    ),
    service(
        "qldb",
        &[
            field("ledgerName", "AWS::QLDB::Ledger"),
            request("name", "AWS::QLDB::Ledger"),
        ],
    ),
    service(
        "dms",
        &[
            field(
                "replicationInstanceIdentifier",
                "AWS::DMS::ReplicationInstance",
            ),
            field("replicationTaskIdentifier", "AWS::DMS::ReplicationTask"),
            field("endpointIdentifier", "AWS::DMS::Endpoint"),
            field(
                "replicationSubnetGroupIdentifier",
                "AWS::DMS::ReplicationSubnetGroup",
            ),
        ],
    ),
];
